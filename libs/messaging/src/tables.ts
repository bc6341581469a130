import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Creates the outbox and the inbox of a service; called in its first migration. The outbox is partitioned by UTC day:
 * published rows are kept for 72 h, because what a broker loses can then be sent again, and a day is dropped whole.
 *
 * The role that runs may not create tables, so `outbox_maintain()` belongs to the migrating role and does just this:
 * it makes the partitions of the coming week and drops those older than three days that hold nothing unpublished. The
 * default partition catches rows of a day nobody prepared, so that a missing partition never fails a business write.
 */
export async function createMessagingTables(runner: QueryRunner, schema: string): Promise<void> {
  const s = quoted(schema);
  for (const statement of [
    `CREATE SEQUENCE ${s}.outbox_seq`,
    `CREATE TABLE ${s}.outbox (
       seq bigint NOT NULL DEFAULT nextval('${s}.outbox_seq'),
       created_at timestamptz NOT NULL DEFAULT now(),
       id uuid NOT NULL,
       routing_key text NOT NULL,
       partition_key text NOT NULL,
       envelope text NOT NULL,
       published_at timestamptz,
       attempts integer NOT NULL DEFAULT 0,
       available_at timestamptz NOT NULL DEFAULT now(),
       last_error text,
       CONSTRAINT outbox_pk PRIMARY KEY (created_at, seq)
     ) PARTITION BY RANGE (created_at)`,
    `CREATE TABLE ${s}.outbox_default PARTITION OF ${s}.outbox DEFAULT`,
    `CREATE INDEX outbox_unpublished ON ${s}.outbox (seq) WHERE published_at IS NULL`,
    `CREATE INDEX outbox_unpublished_key ON ${s}.outbox (partition_key, seq) WHERE published_at IS NULL`,
    `CREATE TABLE ${s}.inbox (
       consumer text NOT NULL,
       message_id uuid NOT NULL,
       received_at timestamptz NOT NULL DEFAULT now(),
       CONSTRAINT inbox_pk PRIMARY KEY (consumer, message_id)
     )`,
    `CREATE INDEX inbox_received ON ${s}.inbox (received_at)`,
    maintainFunction(s, schema),
    `SELECT ${s}.outbox_maintain()`,
  ]) {
    await runner.query(statement);
  }
}

/**
 * The migration of a service whose outbox was made before its maintenance locked it for the partition of the day that is
 * written to. Nothing is lost by going back: the new function does all the old one did.
 */
export function outboxMaintenance(schema: string): new () => MigrationInterface {
  return class OutboxMaintenance1765400000000 implements MigrationInterface {
    async up(runner: QueryRunner): Promise<void> {
      await runner.query(maintainFunction(quoted(schema), schema));
    }

    down(): Promise<void> {
      return Promise.resolve();
    }
  };
}

/** Undoes {@link createMessagingTables}. */
export async function dropMessagingTables(runner: QueryRunner, schema: string): Promise<void> {
  const s = quoted(schema);
  await runner.query(`DROP FUNCTION ${s}.outbox_maintain()`);
  await runner.query(`DROP TABLE ${s}.inbox`);
  await runner.query(`DROP TABLE ${s}.outbox`);
  await runner.query(`DROP SEQUENCE ${s}.outbox_seq`);
}

/** Attaching takes a weaker lock than creating in place; the short lock_timeout keeps writers from queueing behind it. */
function maintainFunction(s: string, schema: string): string {
  return `CREATE OR REPLACE FUNCTION ${s}.outbox_maintain() RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = ${s}, pg_temp SET lock_timeout = '2s' AS $maintain$
    DECLARE
      today date := (now() AT TIME ZONE 'UTC')::date;
      day date;
      part text;
      old record;
      pending boolean;
    BEGIN
      PERFORM pg_advisory_xact_lock(hashtextextended('imago.maintain.${schema}', 0)); -- an old leader may be at it still
      FOR day IN SELECT today + n FROM generate_series(0, 7) AS n LOOP
        part := 'outbox_' || to_char(day, 'YYYYMMDD');
        IF to_regclass('${s}.' || part) IS NULL THEN
          BEGIN
            IF day = today THEN -- whoever writes just now would be sent to the default partition, and refused there
              LOCK TABLE ${s}.outbox IN SHARE ROW EXCLUSIVE MODE;
            END IF;
            EXECUTE format('CREATE TABLE ${s}.%I (LIKE ${s}.outbox INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', part);
            EXECUTE format('ALTER TABLE ${s}.outbox ATTACH PARTITION ${s}.%I FOR VALUES FROM (%L) TO (%L)', part,
                           day::timestamp AT TIME ZONE 'UTC', (day + 1)::timestamp AT TIME ZONE 'UTC');
          EXCEPTION
            WHEN check_violation OR lock_not_available THEN NULL; -- rows of that day stand in the default partition
          END;
        END IF;
      END LOOP;
      FOR old IN
        SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = '${s}.outbox'::regclass AND c.relname ~ '^outbox_[0-9]{8}$'
          AND c.relname::text < ('outbox_' || to_char(today - 3, 'YYYYMMDD'))
      LOOP
        EXECUTE format('SELECT EXISTS (SELECT 1 FROM ${s}.%I WHERE published_at IS NULL)', old.relname) INTO pending;
        IF NOT pending THEN
          BEGIN
            EXECUTE format('DROP TABLE ${s}.%I', old.relname);
          EXCEPTION WHEN lock_not_available THEN NULL; -- next time
          END;
        END IF;
      END LOOP;
      DELETE FROM ${s}.outbox_default WHERE published_at < now() - interval '72 hours';
    END $maintain$`;
}

/** Service names are lower-case words; anything else here is a programming error. */
function quoted(schema: string): string {
  if (!/^[a-z][a-z_]*$/.test(schema)) throw new Error(`not a schema name: ${schema}`);
  return `"${schema}"`;
}
