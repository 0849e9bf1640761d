package org.harmonykb.documents;

/** Where a document is on its way to being found. */
public enum DocumentState {
  RECEIVED,
  PARSING,
  EMBEDDING,
  INDEXING,
  /** Found by questions. */
  SEARCHABLE,
  /** Without text, such as a scan. */
  NO_TEXT,
  /** Cannot be read: encrypted, corrupt, unsupported or over a limit. */
  REJECTED,
  /** Our fault; can be tried again. */
  FAILED;

  public boolean isFinal() {
    return this == SEARCHABLE || this == NO_TEXT || this == REJECTED || this == FAILED;
  }
}
