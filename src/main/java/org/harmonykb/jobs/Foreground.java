package org.harmonykb.jobs;

/** Work that people wait for; background work gives way to it. */
public interface Foreground {

  boolean isBusy();
}
