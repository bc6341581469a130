import type { DataSource } from 'typeorm';

/**
 * The statements TypeORM would need to make the migrated schema equal to the entities: empty when they agree. A test
 * of every service expects it empty, so that an entity never gets ahead of its migration.
 */
export async function schemaDrift(dataSource: DataSource): Promise<readonly string[]> {
  const difference = await dataSource.driver.createSchemaBuilder().log();
  return difference.upQueries.map((statement) => statement.query);
}
