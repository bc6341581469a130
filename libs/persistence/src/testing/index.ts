export { databaseUrl, PASSWORD, PASSWORDS, provision, superuserUrl } from './databases.ts';
