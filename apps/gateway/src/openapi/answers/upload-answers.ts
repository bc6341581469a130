import {
  CompleteResumableUpload,
  ListBucketObjects,
  ListResumableUploads,
  ShowResumableUpload,
  SignResumableUploadParts,
} from '@imago/contracts';
import { z } from 'zod';
import { type Answers, links } from './answer.ts';

const { uploads } = ListResumableUploads.response.shape;
const { objects } = ListBucketObjects.response.shape;

export const uploadAnswers: Answers = {
  Upload: {
    schema: CompleteResumableUpload.response.shape.upload,
    of: ['ResumableUploads.start', 'ResumableUploads.complete'],
  },
  UploadInStore: { schema: ShowResumableUpload.response.shape.upload, of: ['ResumableUploads.show'] },
  UploadPage: { schema: z.object({ uploads, ...links }), of: ['ResumableUploads.list'] },
  SignedParts: { schema: SignResumableUploadParts.response, of: ['ResumableUploads.sign'] },
  BucketObjects: { schema: z.object({ objects, ...links }), of: ['Buckets.objects'] },
};
