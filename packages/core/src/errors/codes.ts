/** Who must act: the user or operator of the pipeline, an external system, or the maintainers of this library. */
export type ErrorDomain = 'user' | 'external' | 'internal';

interface CodeFacts {
  readonly domain: ErrorDomain;
  /** Whether the same call may succeed later with nothing changed. */
  readonly retryable: boolean;
}

const user = { domain: 'user', retryable: false } as const;
const external = { domain: 'external', retryable: true } as const;
const broken = { domain: 'external', retryable: false } as const;
const internal = { domain: 'internal', retryable: false } as const;

/** Every error code of every package. `docs/errors.md` explains each; a test checks that page against this list. */
export const errorCodes = {
  ERR_ABORTED: { domain: 'user', retryable: true },
  ERR_ACCESS_DENIED: user,
  ERR_AMENDMENT: user,
  ERR_APP_INVALID: user,
  ERR_ARCHIVE_GAP: broken,
  ERR_ARCHIVE_INCOMPLETE: broken,
  ERR_ASYNC_EMISSION: user,
  ERR_BAD_RECORD: user,
  ERR_CALL_FAILED: broken,
  ERR_CHECKPOINT_CORRUPT: broken,
  ERR_CHECKPOINT_PLAN_CHANGED: user,
  ERR_CHECKPOINTS_AHEAD: user,
  ERR_COPY_DIFFERS: external,
  ERR_FIELD_NOT_READ: user,
  ERR_FILE_EXISTS: user,
  ERR_FILE_NOT_FOUND: user,
  ERR_FILES_FULL: external,
  ERR_FILES_READ_ONLY: user,
  ERR_FILES_REFUSED: user,
  ERR_FILES_UNAVAILABLE: external,
  ERR_GROUP_STALLED: broken,
  ERR_GROUP_TAKEN: user,
  ERR_INTERNAL: internal,
  ERR_KEY_NOT_PARTITIONED: user,
  ERR_LATE_RECORD: user,
  ERR_LOG_CORRUPT: broken,
  ERR_LOG_LOCKED: user,
  ERR_MANY_DEAD_LETTERS: user,
  ERR_NOT_COPARTITIONED: user,
  ERR_OFFSET_GONE: broken,
  ERR_OPERATOR_NAME_TAKEN: user,
  ERR_OUTSIDE_PIPELINE: user,
  ERR_OVERFLOW: user,
  ERR_PARQUET_CORRUPT: broken,
  ERR_PARQUET_UNSUPPORTED: user,
  ERR_PARTITIONS_CHANGED: user,
  ERR_PARTITION_MISMATCH: user,
  ERR_PEER_MISSING: user,
  ERR_PIPELINE_DEFECT: user,
  ERR_PIPELINE_INVALID: user,
  ERR_PORT_UNAVAILABLE: user,
  ERR_REPLAY_IN_DOUBT: user,
  ERR_ROW_INVALID: user,
  ERR_SCHEMA_INVALID: user,
  ERR_SHARD_MISSING: user,
  ERR_SOURCE_DIVERGED: user,
  ERR_SOURCE_MISMATCH: user,
  ERR_SOURCE_UNAVAILABLE: external,
  ERR_SOURCE_UNKNOWN: user,
  ERR_SOURCE_UNSUPPORTED: user,
  ERR_TABLE_DIFFERS: user,
  ERR_TABLE_UNKNOWN: user,
  ERR_TABLES_REFUSED: user,
  ERR_TABLES_REMADE: user,
  ERR_TABLES_TAKEN: user,
  ERR_TABLES_UNAVAILABLE: external,
  ERR_URL_INVALID: user,
  ERR_USAGE: user,
  ERR_WORKER_ENDED: external,
  ERR_WRITE_IN_DOUBT: broken,
  ERR_WRITER_FENCED: broken,
} as const satisfies Record<string, CodeFacts>;

export type ErrorCode = keyof typeof errorCodes;
