export { filesHdfs, type FilesHdfsOptions } from './files-hdfs.js';
