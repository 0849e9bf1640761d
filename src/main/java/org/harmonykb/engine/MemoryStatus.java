package org.harmonykb.engine;

/**
 * How weights are held in memory, and what that has cost since start.
 *
 * @param limitBytes memory that the process may use
 * @param residentBytes dense weights that were read into memory; 0 where all is mapped
 * @param slots experts that can be in memory at once; 0 where all is mapped
 * @param experts experts of all layers; 0 for a dense model
 * @param hits chosen experts that were in memory
 * @param misses chosen experts that had to be read, or were being read ahead
 * @param bytesRead from disk into slots
 */
public record MemoryStatus(
    Mode mode,
    long limitBytes,
    long residentBytes,
    int slots,
    int experts,
    long hits,
    long misses,
    long bytesRead) {

  public enum Mode {
    /** The whole file is mapped. */
    MAPPED,
    /** Dense weights are in memory, experts are read into slots on demand. */
    SLOTS
  }

  /** The part of chosen experts that were in memory; 1 where none was asked for. */
  public double hitRate() {
    return hits + misses == 0 ? 1 : (double) hits / (hits + misses);
  }
}
