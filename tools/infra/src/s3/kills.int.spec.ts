import { describeKills } from '../../test/s3/load/describe-kills.ts';

describeKills(3);
