package org.harmonykb.engine.sampling;

/**
 * Which characters a JSON string may hold, as an automaton over code points. Immutable to callers.
 */
interface StringForm {

  int start();

  /** The state after a code point, or -1 if it is not allowed there. */
  int next(int state, int codePoint);

  boolean mayEnd(int state);

  /** Bytes that are needed at least before the string may end; {@link Node#NEVER} if it cannot. */
  int cost(int state);

  /** The least cost after any code point of a range, or {@link Node#NEVER}. */
  int costAfter(int state, int from, int to);

  /** Any string. */
  StringForm ANY = new Counted(0, Integer.MAX_VALUE);

  /**
   * A string of so many code points.
   *
   * @param max at least {@code min}
   */
  record Counted(int min, int max) implements StringForm {

    @Override
    public int start() {
      return 0;
    }

    @Override
    public int next(int state, int codePoint) {
      if (state >= max) {
        return -1;
      }
      return max == Integer.MAX_VALUE ? Math.min(min, state + 1) : state + 1;
    }

    @Override
    public boolean mayEnd(int state) {
      return state >= min;
    }

    @Override
    public int cost(int state) {
      return Math.max(0, min - state);
    }

    @Override
    public int costAfter(int state, int from, int to) {
      int next = next(state, from);
      return next < 0 ? Node.NEVER : cost(next);
    }
  }
}
