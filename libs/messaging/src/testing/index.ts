export { suiteDatabase } from './suite-database.ts';
