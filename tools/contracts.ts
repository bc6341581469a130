import './contracts/write-documents.ts';
