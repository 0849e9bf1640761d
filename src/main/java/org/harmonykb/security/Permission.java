package org.harmonykb.security;

/** What a request may do; also the scopes of an API key. */
public enum Permission {
  /** Ask, search and read what one's groups may read. */
  CHAT,
  /** Hand in, replace and delete documents. */
  INGEST,
  /** Manage users, rights, jobs, models and backups. */
  ADMIN,
  /** Read the audit log. */
  AUDIT,
  /** Read the metrics. */
  METRICS
}
