import { describeCaptureCrashes } from '../test/describe-capture-crashes.ts';

describeCaptureCrashes(false);
