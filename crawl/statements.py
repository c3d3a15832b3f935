"""The ledger's SQL. `:runs` is a JSON list: the runs of one harvest since its last complete one."""

from crawl.outcomes import PASSING

BEGIN_RUN = """
INSERT INTO run (stage, started, versions, parameters) VALUES ('crawl', :time, :versions, :parameters)
"""
END_RUN = "UPDATE run SET finished = :time, outcome = :outcome, counts = :counts WHERE id = :run"
RUNS = """
SELECT id, outcome, finished, json_extract(parameters, '$.limit') AS "limit" FROM run
WHERE stage = 'crawl' AND json_extract(parameters, '$.harvest') = :harvest ORDER BY id DESC
"""
ADD_FETCH = """
INSERT INTO fetch (source_id, run_id, url, referrer, time, status, media_type, bytes, sha256, etag,
                   last_modified, warc_file, warc_offset, outcome, reason, cost, next, records)
VALUES (:source_id, :run_id, :url, :referrer, :time, :status, :media_type, :bytes, :sha256, :etag,
        :last_modified, :warc_file, :warc_offset, :outcome, :reason, :cost, :next, :records)
"""
ADD_SKIPPED = "INSERT INTO skipped_record (fetch_id, key, outcome, reason) VALUES (?, ?, ?, ?)"
SAME_BODY = """
SELECT warc_file, warc_offset FROM fetch WHERE sha256 = :sha256 AND warc_file IS NOT NULL
ORDER BY id DESC LIMIT 1
"""
LAST_BODY = """
SELECT * FROM fetch WHERE source_id = :source_id AND url = :url AND warc_file IS NOT NULL
ORDER BY id DESC LIMIT 1
"""
# A file is what lies at an address now; its earlier bytes stay in the archive.
RENEW_FILE = """
UPDATE OR IGNORE file SET sha256 = :sha256, fetch_id = :fetch_id, media_type = :media_type, bytes = :bytes,
    pages = NULL, extractor = NULL, outcome = NULL, reason = NULL
WHERE sha256 <> :sha256 AND id = (
    SELECT file.id FROM file JOIN fetch ON fetch.id = file.fetch_id
    WHERE file.record_id = :record_id AND fetch.url = :url ORDER BY file.id DESC LIMIT 1
)
"""
ADD_FILE = """
INSERT INTO file (sha256, record_id, fetch_id, name, media_type, bytes)
VALUES (:sha256, :record_id, :fetch_id, :name, :media_type, :bytes) ON CONFLICT (sha256) DO NOTHING
"""
LAST_PAGE = """
SELECT next FROM fetch WHERE source_id = :source_id AND run_id IN (SELECT value FROM json_each(:runs))
  AND next IS NOT NULL AND outcome IN ('saved', 'unchanged') ORDER BY id DESC LIMIT 1
"""
KEYS = """
SELECT record.key FROM record JOIN fetch ON fetch.id = record.fetch_id
WHERE record.source_id = :source_id AND fetch.run_id IN (SELECT value FROM json_each(:runs))
"""
RECORD = "SELECT id FROM record WHERE source_id = :source_id AND key = :key"
FINAL = "outcome NOT IN ({})".format(", ".join(f"'{outcome}'" for outcome in sorted(PASSING)))
SETTLED = f"""
SELECT * FROM fetch WHERE source_id = :source_id AND url = :url AND {FINAL}
  AND run_id IN (SELECT value FROM json_each(:runs)) ORDER BY id DESC LIMIT 1
"""
ASKED = f"SELECT 1 FROM fetch WHERE source_id = :source_id AND url = :url AND {FINAL} LIMIT 1"
PDFS = """
SELECT id, json_extract(csl, '$.custom.pdf_url') AS url FROM record
WHERE source_id = :source_id AND json_extract(csl, '$.custom.pdf_url') IS NOT NULL ORDER BY id
"""
