package org.harmonykb.storage;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Files under generated names, which are written once and never change. Thread-safe. All methods
 * throw {@link org.harmonykb.faults.StorageException} where the storage is another machine's and
 * does not answer.
 */
public interface FileStore {

  /**
   * Stores content and returns its name. It survives a crash of this machine when this returns.
   *
   * @throws org.harmonykb.faults.InsufficientDiskSpaceException if there is too little room
   */
  String store(byte[] content);

  /** The content of a file. */
  byte[] read(String name);

  /**
   * Gives a file of the disk with the content to somebody who reads it.
   *
   * @param use is done with the path when it returns
   */
  <T> T open(String name, Function<Path, T> use);

  /** All files by name, those half written included. */
  Map<String, StoredFile> list();

  /** Deletes a file; nothing happens if there is none. */
  void delete(String name);

  /** The folder of the disk that holds the files under their names; empty if none does. */
  Optional<Path> folder();

  /** Where the files are, in words for an administrator. */
  String place();
}
