export { imageRecord, registeredRecord } from './image-record.ts';
