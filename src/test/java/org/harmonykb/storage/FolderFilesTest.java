package org.harmonykb.storage;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init")
class FolderFilesTest extends FileStoreContract {

  @TempDir private Path folder;

  @Override
  protected FileStore store() {
    return other();
  }

  @Override
  protected FileStore other() {
    return new FolderFiles(folder.resolve("files"), 0);
  }
}
