export { suiteDatabase } from './suite-database.ts';
export { suiteTopology } from './suite-topology.ts';
