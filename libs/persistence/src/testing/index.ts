export { copiedDatabase, type MakeDatabase } from './copied-database.ts';
export { databaseUrl, PASSWORD, PASSWORDS, provision, superuserUrl } from './databases.ts';
