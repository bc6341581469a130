import { describePowerFailure } from '../../test/s3/power/describe-power-failure.ts';

describePowerFailure({ steps: 1_200, crashes: 300 });
