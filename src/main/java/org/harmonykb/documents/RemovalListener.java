package org.harmonykb.documents;

/**
 * Holds something of documents elsewhere, and takes it away when one is removed: the removal
 * returns after all listeners have. Runs when no search finds the document any more. Runs again if
 * a crash came between, so what is gone already must not matter. Listeners are called in the order
 * of {@link org.springframework.core.annotation.Order}.
 */
public interface RemovalListener {

  /** Ends answers that were begun with the document; nothing is stored of them afterwards. */
  int RUNNING_ANSWERS = 0;

  /** Takes it out of what is stored. */
  int STORED = 10;

  /** Takes it out of caches. */
  int CACHES = 20;

  void removed(RemovedDocument document);
}
