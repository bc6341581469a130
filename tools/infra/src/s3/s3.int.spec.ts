import { describeS3 } from '../../test/s3/describe-s3.ts';
import { openEmbeddedS3 } from '../../test/s3/embedded-s3.ts';

describeS3('the embedded S3 server, to a client with the settings of the SDK', () => openEmbeddedS3({}));

/** Those of clients that must work with the S3 of other makers as well. */
describeS3('the embedded S3 server, to a client that sends no checksums by itself', () =>
  openEmbeddedS3({ requestChecksumCalculation: 'WHEN_REQUIRED', responseChecksumValidation: 'WHEN_REQUIRED' }),
);
