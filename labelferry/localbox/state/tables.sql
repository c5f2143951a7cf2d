-- The tables of localbox. `seq` is the order of creation; `id` is what clients see.
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);

CREATE TABLE IF NOT EXISTS files (
  seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, content_type TEXT NOT NULL,
  size INTEGER NOT NULL, created_at TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS integrations (
  seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, provider TEXT NOT NULL, valid INTEGER NOT NULL,
  is_org_default INTEGER NOT NULL, settings TEXT NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS datasets (
  seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, description TEXT,
  signer_id TEXT REFERENCES integrations(id) ON DELETE SET NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS metadata_fields (
  seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, field TEXT NOT NULL, created_at TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS data_rows (
  seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
  dataset_id TEXT NOT NULL REFERENCES datasets(id) ON DELETE CASCADE,
  global_key TEXT COLLATE NOCASE, external_id TEXT, row_data TEXT NOT NULL, media_type TEXT,
  media_attributes TEXT, metadata TEXT NOT NULL, attachments TEXT NOT NULL,
  created_at TEXT NOT NULL, updated_at TEXT NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS data_rows_by_key ON data_rows(global_key) WHERE global_key IS NOT NULL;
CREATE INDEX IF NOT EXISTS data_rows_by_dataset ON data_rows(dataset_id, seq);
CREATE INDEX IF NOT EXISTS data_rows_by_external_id ON data_rows(external_id);

-- A job is settled in the transaction that finds it due; until then it has done nothing.
CREATE TABLE IF NOT EXISTS jobs (
  seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, type TEXT NOT NULL, name TEXT, status TEXT NOT NULL,
  spec TEXT NOT NULL, result TEXT, errors TEXT, metadata TEXT, fate TEXT NOT NULL,
  polls INTEGER NOT NULL DEFAULT 0, due_polls INTEGER, due_at TEXT, created_at TEXT NOT NULL, updated_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS open_jobs ON jobs(due_at) WHERE status = 'IN_PROGRESS';

CREATE TABLE IF NOT EXISTS upload_results (
  seq INTEGER PRIMARY KEY, job_id TEXT NOT NULL REFERENCES jobs(id) ON DELETE CASCADE,
  data_row_id TEXT, message TEXT, spec TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS upload_results_by_job ON upload_results(job_id, seq);

CREATE TABLE IF NOT EXISTS ontologies (
  seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, description TEXT, normalized TEXT NOT NULL,
  media_type TEXT, created_at TEXT NOT NULL, updated_at TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS feature_schemas (
  seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, normalized TEXT NOT NULL, created_at TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS projects (
  seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, description TEXT, allowed_media_type TEXT,
  editor_task_type TEXT, auto_audit_percentage REAL, auto_audit_number_of_labels INTEGER,
  is_benchmark_enabled INTEGER, is_consensus_enabled INTEGER,
  ontology_id TEXT REFERENCES ontologies(id) ON DELETE SET NULL, labeling_frontend_id TEXT,
  setup_complete TEXT, last_activity_time TEXT, shows_predictions INTEGER NOT NULL DEFAULT 0,
  created_at TEXT NOT NULL, updated_at TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS batches (
  seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, project_id TEXT NOT NULL REFERENCES projects(id) ON DELETE CASCADE,
  name TEXT NOT NULL, consensus_settings TEXT, created_at TEXT NOT NULL, updated_at TEXT NOT NULL,
  UNIQUE (project_id, name)
);

CREATE TABLE IF NOT EXISTS batch_rows (
  seq INTEGER PRIMARY KEY, batch_id TEXT NOT NULL REFERENCES batches(id) ON DELETE CASCADE,
  project_id TEXT NOT NULL REFERENCES projects(id) ON DELETE CASCADE,
  data_row_id TEXT NOT NULL REFERENCES data_rows(id) ON DELETE CASCADE,
  priority INTEGER NOT NULL, UNIQUE (project_id, data_row_id)
);
CREATE INDEX IF NOT EXISTS batch_rows_by_batch ON batch_rows(batch_id, seq);
CREATE INDEX IF NOT EXISTS batch_rows_by_row ON batch_rows(data_row_id);

CREATE TABLE IF NOT EXISTS imports (
  seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, name TEXT NOT NULL,
  project_id TEXT NOT NULL REFERENCES projects(id) ON DELETE CASCADE,
  input_file TEXT NOT NULL, status_file TEXT, error_file TEXT, lines INTEGER, failures INTEGER, created_at TEXT NOT NULL,
  UNIQUE (kind, project_id, name)
);

CREATE TABLE IF NOT EXISTS labels (
  seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, project_id TEXT NOT NULL REFERENCES projects(id) ON DELETE CASCADE,
  data_row_id TEXT NOT NULL REFERENCES data_rows(id) ON DELETE CASCADE, import_id TEXT,
  is_benchmark_reference INTEGER NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS labels_by_project ON labels(project_id, seq);
CREATE INDEX IF NOT EXISTS labels_by_row ON labels(data_row_id);

CREATE TABLE IF NOT EXISTS label_feedback (
  seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
  label_id TEXT NOT NULL UNIQUE REFERENCES labels(id) ON DELETE CASCADE, feedback TEXT NOT NULL, scores TEXT NOT NULL
);

-- One line of an import. Ground truth belongs to a label; pre-labels have none.
CREATE TABLE IF NOT EXISTS annotations (
  seq INTEGER PRIMARY KEY, id TEXT NOT NULL,
  label_id TEXT REFERENCES labels(id) ON DELETE CASCADE,
  import_id TEXT NOT NULL, project_id TEXT NOT NULL REFERENCES projects(id) ON DELETE CASCADE,
  data_row_id TEXT NOT NULL REFERENCES data_rows(id) ON DELETE CASCADE, line TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS annotations_by_label ON annotations(label_id, seq);
CREATE INDEX IF NOT EXISTS annotations_by_row ON annotations(data_row_id, project_id);
CREATE INDEX IF NOT EXISTS annotations_by_import ON annotations(import_id);

CREATE TABLE IF NOT EXISTS export_chunks (
  seq INTEGER PRIMARY KEY, job_id TEXT NOT NULL REFERENCES jobs(id) ON DELETE CASCADE, stream TEXT NOT NULL,
  first_byte INTEGER NOT NULL, last_byte INTEGER NOT NULL, first_line INTEGER NOT NULL, last_line INTEGER NOT NULL,
  file TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS export_chunks_by_job ON export_chunks(job_id, stream, first_byte);

CREATE TABLE IF NOT EXISTS benchmarks (
  seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, label_id TEXT NOT NULL UNIQUE REFERENCES labels(id) ON DELETE CASCADE,
  created_at TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS webhooks (
  seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, project_id TEXT REFERENCES projects(id) ON DELETE CASCADE,
  topics TEXT NOT NULL, url TEXT NOT NULL, secret TEXT NOT NULL, status TEXT NOT NULL,
  created_at TEXT NOT NULL, updated_at TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS deliveries (
  seq INTEGER PRIMARY KEY, webhook_id TEXT NOT NULL REFERENCES webhooks(id) ON DELETE CASCADE, topic TEXT NOT NULL,
  body TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, answer TEXT, created_at TEXT NOT NULL
);

-- A row's place in a project's workflow is where it was last moved to; until then its labels say where it is.
CREATE TABLE IF NOT EXISTS moves (
  seq INTEGER PRIMARY KEY, project_id TEXT NOT NULL REFERENCES projects(id) ON DELETE CASCADE,
  data_row_id TEXT NOT NULL REFERENCES data_rows(id) ON DELETE CASCADE, stage TEXT NOT NULL, created_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS moves_by_row ON moves(data_row_id, project_id, seq);

CREATE TABLE IF NOT EXISTS workflows (
  project_id TEXT PRIMARY KEY REFERENCES projects(id) ON DELETE CASCADE, config TEXT NOT NULL,
  created_at TEXT NOT NULL, updated_at TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS assignments (
  project_id TEXT NOT NULL REFERENCES projects(id) ON DELETE CASCADE,
  data_row_id TEXT NOT NULL REFERENCES data_rows(id) ON DELETE CASCADE, user_id TEXT NOT NULL,
  PRIMARY KEY (project_id, data_row_id)
);

CREATE TABLE IF NOT EXISTS issue_categories (
  seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, project_id TEXT NOT NULL REFERENCES projects(id) ON DELETE CASCADE,
  name TEXT NOT NULL, description TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS issues (
  seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, project_id TEXT NOT NULL REFERENCES projects(id) ON DELETE CASCADE,
  data_row_id TEXT NOT NULL REFERENCES data_rows(id) ON DELETE CASCADE,
  label_id TEXT REFERENCES labels(id) ON DELETE SET NULL,
  category_id TEXT REFERENCES issue_categories(id) ON DELETE SET NULL,
  content TEXT NOT NULL, position TEXT, status TEXT NOT NULL, resolved_at TEXT, created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS issues_by_project ON issues(project_id, seq);

CREATE TABLE IF NOT EXISTS issue_comments (
  seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, issue_id TEXT NOT NULL REFERENCES issues(id) ON DELETE CASCADE,
  content TEXT NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS resource_tags (
  seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, text TEXT NOT NULL, color TEXT NOT NULL, created_at TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS slices (
  seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, description TEXT, query TEXT NOT NULL,
  sorting TEXT NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS project_tags (
  project_id TEXT NOT NULL REFERENCES projects(id) ON DELETE CASCADE,
  tag_id TEXT NOT NULL REFERENCES resource_tags(id) ON DELETE CASCADE, PRIMARY KEY (project_id, tag_id)
);

-- The control plane's own: faults waiting to happen, requests seen, requests counted against the rate limit.
CREATE TABLE IF NOT EXISTS faults (
  seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, rule TEXT NOT NULL, seen INTEGER NOT NULL DEFAULT 0,
  fired INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS requests (
  seq INTEGER PRIMARY KEY, at TEXT NOT NULL, method TEXT NOT NULL, path TEXT NOT NULL, operation TEXT,
  sdk_method TEXT, agent TEXT, status INTEGER, fault TEXT, milliseconds REAL, bytes_in INTEGER
);
CREATE TABLE IF NOT EXISTS request_counts (minute INTEGER PRIMARY KEY, requests INTEGER NOT NULL);
