import { describeServerCrashes } from '../test/describe-server-crashes.ts';

describeServerCrashes(true);
