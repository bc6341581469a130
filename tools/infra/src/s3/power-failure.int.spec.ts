import { describePowerFailure } from '../../test/s3/power/describe-power-failure.ts';

describePowerFailure({ steps: 120, crashes: 10 });
