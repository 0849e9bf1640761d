package org.harmonykb.retrieval.lucene;

import java.nio.file.Path;
import org.harmonykb.retrieval.SearchIndex;
import org.harmonykb.retrieval.SearchIndexContract;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init")
class LuceneContractTest extends SearchIndexContract {

  @TempDir private Path folder;

  @Override
  protected SearchIndex open() {
    return new LuceneSearchIndex(folder);
  }

  @Override
  protected void close(SearchIndex index) {
    ((LuceneSearchIndex) index).close();
  }
}
