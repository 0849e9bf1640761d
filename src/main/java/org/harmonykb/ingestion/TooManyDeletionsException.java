package org.harmonykb.ingestion;

/** A run would delete more than a set share of a source's documents. */
public final class TooManyDeletionsException extends RuntimeException {

  private final int deletions;
  private final int documents;
  private final String confirmation;

  TooManyDeletionsException(String source, int deletions, int documents, String confirmation) {
    super(
        "This would delete %d of the %d documents of %s. Nothing was changed; send the confirmation %s if that is right"
            .formatted(deletions, documents, source, confirmation));
    this.deletions = deletions;
    this.documents = documents;
    this.confirmation = confirmation;
  }

  public int deletions() {
    return deletions;
  }

  public int documents() {
    return documents;
  }

  /** Good for these deletions and no others. */
  public String confirmation() {
    return confirmation;
  }
}
