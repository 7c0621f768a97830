// How code is made at run time: in one place, and with a way around it where that is not allowed.
export { canCompile, compile, instantiate, type Make } from './compile.js';
export { listed, listMaker } from './list-maker.js';
export { memberCopier, memberReader, memberStore, type MemberStore, memberWriter } from './members.js';
export { recordMaker, type RecordMaker } from './record-maker.js';
