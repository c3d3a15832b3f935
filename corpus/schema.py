"""The tables of `evidence.db`, as migrations that may run any number of times."""

from sqlite_utils import Database, Migrations

migrations = Migrations("sourcebook")

GATHERED = """
CREATE TABLE source (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
    base_url TEXT, licence TEXT, terms TEXT
);
CREATE TABLE run (
    id INTEGER PRIMARY KEY, stage TEXT NOT NULL, started TEXT NOT NULL, finished TEXT,
    versions TEXT NOT NULL DEFAULT '{}', parameters TEXT NOT NULL DEFAULT '{}',
    counts TEXT NOT NULL DEFAULT '{}', outcome TEXT NOT NULL DEFAULT 'running'
);
CREATE TABLE fetch (
    id INTEGER PRIMARY KEY, source_id INTEGER NOT NULL REFERENCES source(id),
    run_id INTEGER REFERENCES run(id), url TEXT NOT NULL, referrer TEXT, time TEXT NOT NULL, status INTEGER,
    media_type TEXT, bytes INTEGER,
    sha256 TEXT, etag TEXT, last_modified TEXT, warc_file TEXT, warc_offset INTEGER,
    outcome TEXT NOT NULL, reason TEXT, cost REAL NOT NULL DEFAULT 0
);
CREATE INDEX fetch_url ON fetch(source_id, url);
CREATE INDEX fetch_sha256 ON fetch(sha256);
CREATE TABLE record (
    id INTEGER PRIMARY KEY, source_id INTEGER NOT NULL REFERENCES source(id), key TEXT NOT NULL,
    fetch_id INTEGER REFERENCES fetch(id), csl TEXT NOT NULL, hash TEXT NOT NULL,
    doi TEXT, match_key TEXT, merged_hash TEXT,
    UNIQUE (source_id, key)
);
CREATE INDEX record_doi ON record(doi);
CREATE INDEX record_match_key ON record(match_key);
"""

WORKS = """
CREATE TABLE work (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, title TEXT NOT NULL, authors TEXT NOT NULL DEFAULT '',
    year INTEGER, type TEXT, container TEXT, doi TEXT, url TEXT, abstract TEXT, language TEXT, licence TEXT,
    access TEXT, study_design TEXT, csl TEXT NOT NULL, origin TEXT NOT NULL DEFAULT '{}', passages_of TEXT
);
CREATE INDEX work_doi ON work(doi);
CREATE INDEX work_year ON work(year);
CREATE TABLE work_record (
    record_id INTEGER PRIMARY KEY REFERENCES record(id), work_id INTEGER NOT NULL REFERENCES work(id),
    rule TEXT NOT NULL, score REAL NOT NULL DEFAULT 1
);
CREATE INDEX work_record_work ON work_record(work_id);
CREATE TABLE work_alias (key TEXT PRIMARY KEY, work_id INTEGER NOT NULL REFERENCES work(id));
CREATE TABLE file (
    id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE, record_id INTEGER NOT NULL REFERENCES record(id),
    fetch_id INTEGER REFERENCES fetch(id), name TEXT, media_type TEXT NOT NULL, bytes INTEGER NOT NULL,
    pages INTEGER, extractor TEXT, outcome TEXT, reason TEXT
);
CREATE INDEX file_record ON file(record_id);
"""

PASSAGES = """
CREATE TABLE passage (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, work_id INTEGER NOT NULL REFERENCES work(id),
    file_id INTEGER REFERENCES file(id), ordinal INTEGER NOT NULL, title TEXT NOT NULL, section TEXT,
    page_first INTEGER, page_last INTEGER, char_start INTEGER NOT NULL, char_end INTEGER NOT NULL,
    text TEXT NOT NULL, hash TEXT NOT NULL, tagger TEXT
);
CREATE INDEX passage_work ON passage(work_id, file_id, ordinal);
CREATE INDEX passage_file ON passage(file_id);
CREATE INDEX passage_tagger ON passage(tagger);
"""

TAGS = """
CREATE TABLE tag (
    tag TEXT PRIMARY KEY, parent TEXT REFERENCES tag(tag), label TEXT NOT NULL, question INTEGER,
    definition TEXT NOT NULL, examples TEXT NOT NULL DEFAULT '[]', near_misses TEXT NOT NULL DEFAULT '[]',
    position INTEGER NOT NULL
);
CREATE TABLE machine_tag (
    passage_id INTEGER NOT NULL REFERENCES passage(id) ON DELETE CASCADE, tag TEXT NOT NULL REFERENCES tag(tag),
    score REAL NOT NULL, threshold REAL NOT NULL, tagger TEXT NOT NULL, why TEXT NOT NULL DEFAULT '[]',
    PRIMARY KEY (passage_id, tag)
);
CREATE INDEX machine_tag_tag ON machine_tag(tag, score);
CREATE TABLE human_tag (
    id INTEGER PRIMARY KEY, passage_key TEXT NOT NULL, tag TEXT NOT NULL REFERENCES tag(tag),
    verdict TEXT NOT NULL CHECK (verdict IN ('confirm', 'reject', 'add')),
    who TEXT NOT NULL, time TEXT NOT NULL, why TEXT, quote TEXT NOT NULL,
    UNIQUE (passage_key, tag, who)
);
CREATE TABLE facet (
    passage_id INTEGER REFERENCES passage(id) ON DELETE CASCADE, work_id INTEGER NOT NULL REFERENCES work(id),
    kind TEXT NOT NULL, value TEXT NOT NULL, label TEXT NOT NULL, number REAL, unit TEXT
);
CREATE INDEX facet_value ON facet(kind, value);
CREATE INDEX facet_passage ON facet(passage_id);
CREATE INDEX facet_work ON facet(work_id);
"""

PEOPLE = """
CREATE TABLE decision (
    id INTEGER PRIMARY KEY, work_key TEXT NOT NULL, stage TEXT NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('include', 'exclude')),
    reason TEXT, who TEXT NOT NULL, time TEXT NOT NULL
);
CREATE TABLE list (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, note TEXT, created TEXT NOT NULL);
CREATE TABLE list_item (
    list_id INTEGER NOT NULL REFERENCES list(id) ON DELETE CASCADE, position INTEGER NOT NULL,
    work_key TEXT NOT NULL, passage_key TEXT, locator TEXT, note TEXT,
    PRIMARY KEY (list_id, position)
);
"""

# The tags that hold: what a person said stands above what the tagger said. PEOPLE_FIRST took this one's place.
EVIDENCE = """
CREATE VIEW evidence AS
WITH said AS (
    SELECT passage_key, tag, verdict, who, MAX(id) FROM human_tag GROUP BY passage_key, tag
)
SELECT p.id AS passage_id, p.work_id, m.tag, m.score, m.threshold,
       CASE WHEN s.verdict IS NULL THEN 'machine' ELSE 'person' END AS by, s.who
FROM machine_tag m JOIN passage p ON p.id = m.passage_id
LEFT JOIN said s ON s.passage_key = p.key AND s.tag = m.tag
WHERE CASE WHEN s.verdict IS NULL THEN m.score >= m.threshold ELSE s.verdict <> 'reject' END
UNION ALL
SELECT p.id, p.work_id, s.tag, 1.0, 0.0, 'person', s.who
FROM said s JOIN passage p ON p.key = s.passage_key
WHERE s.verdict <> 'reject'
  AND NOT EXISTS (SELECT 1 FROM machine_tag m WHERE m.passage_id = p.id AND m.tag = s.tag);
"""


# `next` is what follows a page (cursor, token; empty after the last) or a redirect (its target);
# `records` counts the records that a page gave.
CRAWLED = """
ALTER TABLE fetch ADD COLUMN next TEXT;
ALTER TABLE fetch ADD COLUMN records INTEGER NOT NULL DEFAULT 0;
CREATE INDEX fetch_run ON fetch(run_id);
CREATE TABLE skipped_record (
    id INTEGER PRIMARY KEY, fetch_id INTEGER NOT NULL REFERENCES fetch(id), key TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('broken', 'deleted')), reason TEXT NOT NULL
);
CREATE INDEX skipped_record_fetch ON skipped_record(fetch_id);
"""


@migrations()
def m001_first_tables(db: Database) -> None:
    for script in (GATHERED, WORKS, PASSAGES, TAGS, PEOPLE, EVIDENCE):
        for statement in script.strip().split(";\n"):
            db.execute(statement.rstrip(";"))


# How often passages changed: what was made from them compares its own number with this one.
REVISION = """
CREATE TABLE revision (name TEXT PRIMARY KEY, number INTEGER NOT NULL);
INSERT INTO revision (name, number) VALUES ('passage', 0)
"""
COUNT_CHANGE = """
CREATE TRIGGER passage_{event} AFTER {when} ON passage
BEGIN UPDATE revision SET number = number + 1 WHERE name = 'passage'; END
"""


@migrations()
def m002_keyword_search(db: Database) -> None:
    db.table("passage").enable_fts(["title", "section", "text"], tokenize="porter unicode61", create_triggers=True)


@migrations()
def m003_gathering_resumes(db: Database) -> None:
    for statement in CRAWLED.strip().split(";\n"):
        db.execute(statement.rstrip(";"))


@migrations()
def m004_changes_are_counted(db: Database) -> None:
    for statement in REVISION.strip().split(";\n"):
        db.execute(statement)
    for event, when in (("added", "INSERT"), ("removed", "DELETE"), ("changed", "UPDATE OF title, text")):
        db.execute(COUNT_CHANGE.format(event=event, when=when))


# Whether the queue asked for a word, or the person brought it up: what is brought up is no sample.
ASKED = "ALTER TABLE human_tag ADD COLUMN asked INTEGER NOT NULL DEFAULT 0"
RESOLUTION = """
CREATE TABLE resolution (
    id INTEGER PRIMARY KEY, passage_key TEXT NOT NULL, tag TEXT NOT NULL REFERENCES tag(tag),
    verdict TEXT NOT NULL CHECK (verdict IN ('confirm', 'reject')),
    who TEXT NOT NULL, time TEXT NOT NULL, why TEXT,
    UNIQUE (passage_key, tag)
)
"""
SETTLED = """
CREATE VIEW settled AS
-- What people say of a passage and a tag taken together: the resolution, unless somebody spoke of them after it; else
-- the verdict of most people; else, where as many say yes as no, the latest word. `asked` is 1 where the queue had
-- asked any of them, and 0 where they all brought it up themselves.
SELECT r.passage_key, r.tag, r.verdict, r.who, r.time,
       (SELECT MAX(a.asked) FROM human_tag a WHERE a.passage_key = r.passage_key AND a.tag = r.tag) AS asked
FROM resolution r
WHERE NOT EXISTS (
    SELECT 1 FROM human_tag n WHERE n.passage_key = r.passage_key AND n.tag = r.tag AND n.time > r.time
  )
UNION ALL
SELECT h.passage_key, h.tag, h.verdict, h.who, h.time,
       (SELECT MAX(a.asked) FROM human_tag a WHERE a.passage_key = h.passage_key AND a.tag = h.tag)
FROM human_tag h
WHERE NOT EXISTS (
    SELECT 1 FROM resolution r WHERE r.passage_key = h.passage_key AND r.tag = h.tag AND NOT EXISTS (
        SELECT 1 FROM human_tag n WHERE n.passage_key = r.passage_key AND n.tag = r.tag AND n.time > r.time
    )
  )
  AND h.id = (
    SELECT o.id FROM human_tag o WHERE o.passage_key = h.passage_key AND o.tag = h.tag
    ORDER BY (
        SELECT SUM((x.verdict = 'reject') = (o.verdict = 'reject')) FROM human_tag x
        WHERE x.passage_key = o.passage_key AND x.tag = o.tag
    ) DESC, o.time DESC, o.id DESC LIMIT 1
  )
"""
# The casts give a column the same affinity in all three parts: only so does SQLite flatten the view into the statement
# that asks, and look up the passage or the tag that is asked for instead of reading every row.
PEOPLE_FIRST = """
CREATE VIEW evidence AS
-- The tags that hold. What people settled stands above what the tagger said, also of the tags around it: below a tag
-- that they rejected no theme holds, and a theme that they gave implies its tag, unless they rejected that.
SELECT p.id AS passage_id, p.work_id, m.tag, m.score, m.threshold, 'machine' AS by, CAST(NULL AS TEXT) AS who
FROM machine_tag m JOIN passage p ON p.id = m.passage_id
WHERE m.score >= m.threshold AND NOT EXISTS (
    SELECT 1 FROM settled s WHERE s.passage_key = p.key AND (
        s.tag = m.tag
        OR (s.verdict = 'reject' AND instr(m.tag, s.tag || '/') = 1)
        OR (s.verdict <> 'reject' AND instr(s.tag, m.tag || '/') = 1)
    )
)
UNION ALL
SELECT p.id, p.work_id, s.tag, CAST(IFNULL(m.score, 1) AS REAL), CAST(IFNULL(m.threshold, 0) AS REAL), 'person', s.who
FROM passage p JOIN settled s ON s.passage_key = p.key
LEFT JOIN machine_tag m ON m.passage_id = p.id AND m.tag = s.tag
WHERE s.verdict <> 'reject' AND NOT EXISTS (
    SELECT 1 FROM settled o WHERE o.passage_key = p.key AND o.verdict = 'reject' AND instr(s.tag, o.tag || '/') = 1
)
UNION ALL
SELECT p.id, p.work_id, t.parent, CAST(IFNULL(m.score, 1) AS REAL), CAST(IFNULL(m.threshold, 0) AS REAL), 'person',
       s.who
FROM passage p JOIN settled s ON s.passage_key = p.key JOIN tag t ON t.tag = s.tag AND t.parent IS NOT NULL
LEFT JOIN machine_tag m ON m.passage_id = p.id AND m.tag = t.parent
WHERE s.verdict <> 'reject' AND NOT EXISTS (
    SELECT 1 FROM settled o WHERE o.passage_key = p.key AND (
        o.tag = t.parent OR (o.verdict <> 'reject' AND o.tag < s.tag AND instr(o.tag, t.parent || '/') = 1)
    )
)
"""


@migrations()
def m005_people_settle(db: Database) -> None:
    for statement in (ASKED, RESOLUTION, SETTLED, "DROP VIEW evidence", PEOPLE_FIRST):
        db.execute(statement)


@migrations()
def m006_tags_say_what_they_read_like(db: Database) -> None:
    db.execute("ALTER TABLE machine_tag ADD COLUMN near TEXT NOT NULL DEFAULT '[]'")


# What people said of the tags of a taxonomy that the base is not tagged by now; it comes back with the taxonomy.
# Taxonomies share names of tags that they define otherwise: a tag is told by its taxonomy's name and its own.
SHELVED = """
ALTER TABLE tag ADD COLUMN taxonomy TEXT;
CREATE TABLE shelved_human_tag (
    id INTEGER PRIMARY KEY, taxonomy TEXT NOT NULL, passage_key TEXT NOT NULL, tag TEXT NOT NULL, verdict TEXT NOT NULL,
    who TEXT NOT NULL, time TEXT NOT NULL, why TEXT, quote TEXT NOT NULL, asked INTEGER NOT NULL
);
CREATE TABLE shelved_resolution (
    id INTEGER PRIMARY KEY, taxonomy TEXT NOT NULL, passage_key TEXT NOT NULL, tag TEXT NOT NULL, verdict TEXT NOT NULL,
    who TEXT NOT NULL, time TEXT NOT NULL, why TEXT
)
"""


@migrations()
def m007_taxonomies_change(db: Database) -> None:
    for statement in SHELVED.strip().split(";\n"):
        db.execute(statement)


# How often what is known of passages changed, apart from their words: tags, facets, works and where they come from.
# A search keeps these in memory and looks at this number before it trusts them.
READ = ("machine_tag", "human_tag", "resolution", "facet", "work", "work_record", "source")
COUNT_READING = """
CREATE TRIGGER {table}_{event} AFTER {when} ON {table}
BEGIN UPDATE revision SET number = number + 1 WHERE name = 'evidence'; END
"""
# Only what is searched goes into the keyword index anew: tagging a passage is no reason.
WORDS_CHANGED = """
CREATE TRIGGER passage_au AFTER UPDATE OF title, section, text ON passage BEGIN
    INSERT INTO passage_fts (passage_fts, rowid, title, section, text)
    VALUES ('delete', old.id, old.title, old.section, old.text);
    INSERT INTO passage_fts (rowid, title, section, text) VALUES (new.id, new.title, new.section, new.text);
END
"""


@migrations()
def m008_what_is_known_is_counted(db: Database) -> None:
    db.execute("INSERT INTO revision (name, number) VALUES ('evidence', 0)")
    for table in READ:
        for event, when in (("added", "INSERT"), ("removed", "DELETE"), ("changed", "UPDATE")):
            db.execute(COUNT_READING.format(table=table, event=event, when=when))
    db.execute("DROP TRIGGER passage_changed")
    db.execute(COUNT_CHANGE.format(event="changed", when="UPDATE OF title, section, text"))
    db.execute("DROP TRIGGER passage_au")
    db.execute(WORDS_CHANGED)


# All that a filter or a count reads of a facet, so that the texts beside it stay unread.
FACET_HELD = "CREATE INDEX facet_held ON facet(kind, value, passage_id, work_id, label)"


# The hash of an abstract's letters and its first author, empty where there is nothing to tell: making it anew of all
# records for each merge takes minutes.
ABSTRACT_KEY = "ALTER TABLE record ADD COLUMN abstract_key TEXT"


@migrations()
def m009_little_is_read_for_a_little_change(db: Database) -> None:
    db.execute(ABSTRACT_KEY)
    db.execute("DROP INDEX facet_value")
    db.execute(FACET_HELD)
    db.execute(COUNT_READING.format(table="passage", event="read", when="UPDATE OF work_id, tagger"))
