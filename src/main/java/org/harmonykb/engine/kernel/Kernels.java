package org.harmonykb.engine.kernel;

/** Picks the kernels once for the process and says which. */
final class Kernels {

  private static final System.Logger LOG = System.getLogger(Kernels.class.getName());

  static final Kernel BEST = choose();

  private Kernels() {}

  private static Kernel choose() {
    if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
      LOG.log(
          System.Logger.Level.WARNING,
          "The Vector API is off and the engine many times slower: start Java with --add-modules jdk.incubator.vector");
      return new ScalarKernel();
    }
    Kernel kernel = VectorChoice.kernel();
    LOG.log(System.Logger.Level.INFO, "Engine kernels: " + kernel.describe());
    return kernel;
  }

  /** Loaded only where the module is there. */
  private static final class VectorChoice {

    static Kernel kernel() {
      if (VectorSpeciesChoice.LANES < 4 || VectorSpeciesChoice.LANES > 16) {
        LOG.log(
            System.Logger.Level.WARNING,
            "This processor has no vectors of 128 to 512 bits; the engine runs without, many times slower");
        return new ScalarKernel();
      }
      return new VectorKernel();
    }
  }
}
