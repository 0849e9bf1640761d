package org.harmonykb.engine.paging;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import org.harmonykb.engine.format.ModelFile;
import org.harmonykb.engine.format.Tensor;

/**
 * Keeps mapped weights in memory from when they are read first, by {@code mlock2} with {@code
 * MLOCK_ONFAULT}: an expert that nobody chose for a minute looks cold to a system that reclaims
 * memory, and costs a read from disk when it is chosen again. Ends with the mapping.
 */
final class PageLock {

  private static final System.Logger LOG = System.getLogger(PageLock.class.getName());
  private static final int ON_FAULT = 1;
  private static final long PAGE = 4096; // a larger page's start is aligned to it too

  private PageLock() {}

  /**
   * Locks all tensors that lie in the file as it is mapped.
   *
   * @return whether the system let us
   */
  static boolean lock(ModelFile file) {
    Optional<MethodHandle> lock = function();
    if (lock.isEmpty()) {
      LOG.log(
          System.Logger.Level.WARNING, "This system cannot lock pages; weights may be paged out");
      return false;
    }
    long bytes = 0;
    for (Tensor tensor : file.tensors()) {
      if (file.regionOf(tensor) == null) {
        continue;
      }
      MemorySegment data = tensor.data();
      long from = data.address() / PAGE * PAGE;
      if (!lock(lock.get(), from, data.address() + data.byteSize() - from)) {
        LOG.log(
            System.Logger.Level.WARNING,
            "Weights may be paged out: the system lets this process lock no more than {0} MB; raise its limit (ulimit -l, LimitMEMLOCK, CAP_IPC_LOCK)",
            Long.toString(bytes >> 20));
        return false;
      }
      bytes += data.byteSize();
    }
    LOG.log(
        System.Logger.Level.INFO,
        "Weights stay in memory once they are read: {0} MB",
        Long.toString(bytes >> 20));
    return true;
  }

  private static boolean lock(MethodHandle function, long address, long bytes) {
    try {
      return (int) function.invokeExact(address, bytes, ON_FAULT) == 0;
    } catch (Throwable e) {
      LOG.log(System.Logger.Level.DEBUG, "mlock2(2) failed", e);
      return false;
    }
  }

  private static Optional<MethodHandle> function() {
    try {
      Linker linker = Linker.nativeLinker();
      return linker
          .defaultLookup()
          .find("mlock2")
          .map(
              symbol ->
                  linker.downcallHandle(
                      symbol,
                      FunctionDescriptor.of(
                          ValueLayout.JAVA_INT,
                          ValueLayout.JAVA_LONG,
                          ValueLayout.JAVA_LONG,
                          ValueLayout.JAVA_INT)));
    } catch (UnsupportedOperationException | IllegalCallerException e) {
      LOG.log(System.Logger.Level.DEBUG, "no native call to mlock2");
      return Optional.empty();
    }
  }
}
