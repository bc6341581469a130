import { describeSwift } from './describe-swift.ts';

await describeSwift({ longLists: false });
