package org.harmonykb.engine.paging;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Tells the operating system that pages of a file are not worth keeping, by {@code posix_fadvise}.
 * Does nothing where there is no such call.
 */
final class PageCache implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(PageCache.class.getName());
  private static final int DONT_NEED = 4;

  private static final Optional<MethodHandle> OPEN =
      function(
          "open",
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
          Linker.Option.firstVariadicArg(2));
  private static final Optional<MethodHandle> ADVISE =
      function(
          "posix_fadvise",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_INT));
  private static final Optional<MethodHandle> CLOSE =
      function("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

  private final int descriptor;

  PageCache(Path file) {
    int opened = -1;
    if (OPEN.isPresent() && ADVISE.isPresent() && CLOSE.isPresent()) {
      try (Arena arena = Arena.ofConfined()) {
        opened = (int) OPEN.get().invokeExact(arena.allocateFrom(file.toString()), 0);
      } catch (Throwable e) {
        LOG.log(System.Logger.Level.DEBUG, "open(2) failed", e);
      }
    }
    descriptor = opened;
  }

  private static Optional<MethodHandle> function(
      String name, FunctionDescriptor type, Linker.Option... options) {
    try {
      Linker linker = Linker.nativeLinker();
      SymbolLookup library = linker.defaultLookup();
      return library.find(name).map(symbol -> linker.downcallHandle(symbol, type, options));
    } catch (UnsupportedOperationException | IllegalCallerException e) {
      LOG.log(System.Logger.Level.DEBUG, "no native call to {0}", name);
      return Optional.empty();
    }
  }

  /** Drops the pages that lie wholly in a range, unless others need them. */
  void drop(long offset, long length) {
    if (descriptor >= 0 && ADVISE.isPresent()) {
      try {
        int error = (int) ADVISE.get().invokeExact(descriptor, offset, length, DONT_NEED);
        if (error != 0) {
          LOG.log(System.Logger.Level.DEBUG, "posix_fadvise: error {0}", error);
        }
      } catch (Throwable e) {
        LOG.log(System.Logger.Level.DEBUG, "posix_fadvise failed", e);
      }
    }
  }

  @Override
  public void close() {
    if (descriptor >= 0 && CLOSE.isPresent()) {
      try {
        int _ = (int) CLOSE.get().invokeExact(descriptor);
      } catch (Throwable e) {
        LOG.log(System.Logger.Level.DEBUG, "close(2) failed", e);
      }
    }
  }
}
