package org.harmonykb.cli;

import java.io.Console;

/** A bar on standard error while work is done; nothing where no terminal shows it. One thread. */
final class ProgressBar {

  private static final int WIDTH = 40;

  private final boolean terminal;
  private int shown = -1; // per mille

  ProgressBar() {
    Console console = System.console();
    this.terminal = console != null && console.isTerminal();
  }

  void show(long done, long total) {
    int perMille = total == 0 ? 1000 : (int) (done * 1000 / total);
    if (!terminal || perMille == shown) {
      return;
    }
    shown = perMille;
    int filled = perMille * WIDTH / 1000;
    System.err.printf(
        "\r[%s%s] %5.1f %%", "#".repeat(filled), " ".repeat(WIDTH - filled), perMille / 10.0);
    System.err.flush();
  }

  /** Takes the bar away, so that a line can be printed. */
  void clear() {
    if (terminal && shown >= 0) {
      System.err.print("\r" + " ".repeat(WIDTH + 12) + "\r");
      System.err.flush();
      shown = -1;
    }
  }
}
