"""Files by pyarrow. `write FOLDER` makes them, `refuse FOLDER` makes encrypted ones, and `check FILE...` compares files
of other writers with the law of law.ts."""

import base64
import sys
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal, getcontext
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pyarrow.parquet.encryption as pe

getcontext().prec = 60
ROWS = 30
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def law(i):
    return {
        "id": f"t{i}",
        "flag": i % 3 == 0,
        "small": i * 7 - 200,
        "big": i * 1_000_003 - 50_000_000,
        "huge": -(2**63) + i if i % 2 == 0 else 2**63 - 1 - i,
        "ratio": i / 8,
        "half": i / 4,
        "price": Decimal(i * 12_345 - 500_000).scaleb(-4),
        "wide": Decimal((i - 15) * 10**30 + i).scaleb(-4),
        "cents": Decimal(i * 101 - 3000).scaleb(-2),
        "at": EPOCH + timedelta(milliseconds=1_700_000_000_000 + i * 1001),
        "micros": EPOCH + timedelta(milliseconds=-5000 + i * 997),
        "day": date(1970, 1, 1) + timedelta(days=19_000 + i * 31),
        "unsigned": 4_000_000_000 + i,
        "note": None if i % 4 == 0 else f"nöte {i % 5}",
        "maybe": None if i % 3 == 0 else i,
    }


def nested(i):
    return {"list": [i, None], "id_group": {"id": "no", "price": i}, "pairs": [("id", i)]}


def schema(unit):
    return pa.schema(
        [
            pa.field("id_group", pa.struct([("id", pa.string()), ("price", pa.int32())])),
            pa.field("id", pa.string(), nullable=False),
            pa.field("flag", pa.bool_()),
            pa.field("small", pa.int32()),
            pa.field("big", pa.int64()),
            pa.field("huge", pa.int64()),
            pa.field("ratio", pa.float64()),
            pa.field("half", pa.float32()),
            pa.field("price", pa.decimal128(18, 4)),
            pa.field("wide", pa.decimal128(38, 4)),
            pa.field("list", pa.list_(pa.int32())),
            pa.field("cents", pa.decimal128(9, 2)),
            pa.field("at", pa.timestamp(unit, tz="UTC")),
            pa.field("micros", pa.timestamp("us", tz="UTC")),
            pa.field("day", pa.date32()),
            pa.field("unsigned", pa.uint32()),
            pa.field("note", pa.string()),
            pa.field("maybe", pa.int32()),
            pa.field("pairs", pa.map_(pa.string(), pa.int32())),
        ]
    )


ENCODINGS = {
    "id": "DELTA_BYTE_ARRAY",
    "flag": "RLE",
    "small": "DELTA_BINARY_PACKED",
    "big": "DELTA_BINARY_PACKED",
    "huge": "DELTA_BINARY_PACKED",
    "ratio": "BYTE_STREAM_SPLIT",
    "half": "BYTE_STREAM_SPLIT",
    "price": "DELTA_BINARY_PACKED",
    "wide": "BYTE_STREAM_SPLIT",
    "at": "DELTA_BINARY_PACKED",
    "day": "BYTE_STREAM_SPLIT",
    "note": "DELTA_LENGTH_BYTE_ARRAY",
    "maybe": "DELTA_BINARY_PACKED",
}

VARIANTS = {
    "snappy-v1": dict(compression="snappy"),
    "zstd-v2": dict(compression="zstd", data_page_version="2.0"),
    "gzip-v1-plain": dict(compression="gzip", use_dictionary=False, write_page_checksum=True),
    "lz4-raw-v2": dict(compression="lz4", data_page_version="2.0", write_page_checksum=True),
    "brotli-v1": dict(compression="brotli"),
    "encodings-v1": dict(
        compression="snappy", use_dictionary=False, column_encoding=ENCODINGS, store_decimal_as_integer=True
    ),
    "encodings-v2": dict(
        compression="none",
        use_dictionary=False,
        column_encoding=ENCODINGS,
        store_decimal_as_integer=True,
        data_page_version="2.0",
    ),
    "small-pages": dict(compression="none", data_page_size=64, write_batch_size=8, dictionary_pagesize_limit=64),
    "page-index": dict(
        compression="zstd", data_page_version="2.0", data_page_size=64, write_batch_size=8, write_page_index=True
    ),
    "int96": dict(compression="snappy", use_deprecated_int96_timestamps=True),
    "nanos": dict(compression="zstd", version="2.6"),
}


GROUP_ROWS = {"small-pages": 10, "snappy-v1": 12, "zstd-v2": 16}


def write(folder):
    for name, options in VARIANTS.items():
        rows = [law(i) | nested(i) for i in range(ROWS)]
        # Nested columns; each leaf takes space in the footer, for every row group.
        table = pa.Table.from_pylist(rows, schema("ns" if name in ("nanos", "int96") else "ms"))
        if name not in GROUP_ROWS:
            table = table.select([field.name for field in table.schema if not pa.types.is_nested(field.type)])
        path = Path(folder, f"pyarrow-{name}.parquet")
        pq.write_table(table, path, row_group_size=GROUP_ROWS.get(name, ROWS), store_schema=False, write_statistics=name == "snappy-v1", **options)
    empty = pa.Table.from_pylist([], schema("ms"))
    pq.write_table(empty, Path(folder, "pyarrow-empty.parquet"), store_schema=False)


class NoSecret(pe.KmsClient):
    """Keys that are not protected."""

    def __init__(self, _config):
        super().__init__()

    def wrap_key(self, key, _name):
        return base64.b64encode(key)

    def unwrap_key(self, wrapped, _name):
        return base64.b64decode(wrapped)


def refuse(folder):
    names = ["id", "small"]
    table = pa.Table.from_pylist([law(i) for i in range(ROWS)], schema("ms")).select(names)
    for name, plaintext_footer in (("footer", False), ("column", True)):
        config = pe.EncryptionConfiguration(
            footer_key="footer", column_keys={"column": ["id"]}, plaintext_footer=plaintext_footer
        )
        factory = pe.CryptoFactory(NoSecret)
        properties = factory.file_encryption_properties(pe.KmsConnectionConfig(), config)
        path = Path(folder, f"pyarrow-encrypted-{name}.parquet")
        pq.write_table(table, path, encryption_properties=properties, store_schema=False)


def check(path):
    rows = pq.read_table(path).to_pylist()
    for i, row in enumerate(rows):
        for name, value in law(i).items():
            found = row[name]
            if found != value:
                sys.exit(f"{path}: row {i}: {name} is {found!r}, not {value!r}")
    print(f"{len(rows)} rows")


command, *paths = sys.argv[1:]
if command == "write":
    write(paths[0])
elif command == "refuse":
    refuse(paths[0])
else:
    for each in paths:
        check(each)
