export { openArchiveFile, type ArchiveFile, type ReadArchiveOptions } from './archive-file.js';
export { archiveWriter, type ArchiveWriter, type ArchiveWriterOptions } from './archive-writer.js';
export { isRejected, type AcceptedEntry, type ArchiveEntry, type RejectedEntry } from './entry.js';
export { gaps, listArchive, withoutOverlaps, type Gap, type ReadableRange } from './list-archive.js';
export { archiveName, parseArchiveName, type FileRange } from './file-range.js';
export { fileArchive } from './file-archive.js';
export { ownArchives } from './own-archives.js';
