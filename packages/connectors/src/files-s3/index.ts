export { filesS3, type FilesS3Options } from './files-s3.js';
