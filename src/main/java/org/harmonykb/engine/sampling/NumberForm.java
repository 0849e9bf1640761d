package org.harmonykb.engine.sampling;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A JSON number, whole or not, within bounds if there are any. Numbers are kept to 15 digits before
 * and 15 behind the point, which a {@code double} can tell apart and which ends a model's loops.
 *
 * @param low the least value, or null
 * @param lowIsOpen whether it is excluded
 * @param high the greatest value, or null
 * @param highIsOpen whether it is excluded
 */
record NumberForm(
    boolean isInteger,
    @Nullable BigDecimal low,
    boolean lowIsOpen,
    @Nullable BigDecimal high,
    boolean highIsOpen) {

  private static final int DIGITS = 15;
  private static final BigDecimal LIMIT = BigDecimal.TEN.pow(DIGITS);
  private static final Pattern INTEGER = Pattern.compile("-?(0|[1-9]\\d{0,14})?");
  private static final Pattern DECIMAL = Pattern.compile("-?(0|[1-9]\\d{0,14})?(\\.\\d{0,15})?");
  private static final Pattern BEGINNING =
      Pattern.compile(
          "-?((0|[1-9]\\d{0,14})((\\.\\d{0,15})|((\\.\\d{1,15})?[eE][+-]?\\d{0,2}))?)?");
  private static final Pattern WHOLE =
      Pattern.compile("-?(0|[1-9]\\d*)(\\.\\d+)?([eE][+-]?\\d{1,2})?");

  static final NumberForm INTEGERS = new NumberForm(true, null, false, null, false);
  static final NumberForm NUMBERS = new NumberForm(false, null, false, null, false);

  private boolean isBounded() {
    return low != null || high != null;
  }

  /** A beginning under which all with the same future are one: without bounds digits are alike. */
  String canonical(String text) {
    return isBounded() ? text : text.replaceAll("[2-9]", "1");
  }

  /** Whether this is a number that may stand here. */
  boolean isWhole(String text) {
    return WHOLE.matcher(text).matches()
        && (!isInteger || INTEGER.matcher(text).matches())
        && (!isBounded() || isWithin(new BigDecimal(text)));
  }

  private boolean isWithin(BigDecimal value) {
    int below = low == null ? 1 : value.compareTo(low);
    int above = high == null ? -1 : value.compareTo(high);
    return (lowIsOpen ? below > 0 : below >= 0) && (highIsOpen ? above < 0 : above <= 0);
  }

  /** Characters that are missing at least, or {@link Node#NEVER} if no such number begins so. */
  int cost(String text) {
    if (!isBounded()) {
      Pattern beginning = isInteger ? INTEGER : BEGINNING;
      return !beginning.matcher(text).matches() ? Node.NEVER : isWhole(text) ? 0 : 1;
    }
    if (!(isInteger ? INTEGER : DECIMAL).matcher(text).matches()
        || (text.endsWith(".") && text.length() < 2)
        || text.startsWith("-.")
        || text.startsWith(".")) {
      return Node.NEVER;
    }
    if (text.startsWith("-")) {
      return magnitude(
          text.substring(1),
          high == null ? null : high.negate(),
          highIsOpen,
          low == null ? null : low.negate(),
          lowIsOpen);
    }
    int positive = magnitude(text, low, lowIsOpen, high, highIsOpen);
    if (!text.isEmpty()) {
      return positive;
    }
    return Math.min(positive, Node.sum(1, cost("-")));
  }

  /** The cost of a beginning without its sign. */
  private int magnitude(
      String text,
      @Nullable BigDecimal lowest,
      boolean lowestIsOpen,
      @Nullable BigDecimal highest,
      boolean highestIsOpen) {
    Range range = Range.of(lowest, lowestIsOpen, highest, highestIsOpen, isInteger);
    return range == null ? Node.NEVER : range.cost(text, isInteger);
  }

  /** Not negative, ends included unless open. */
  private record Range(BigDecimal low, boolean lowIsOpen, BigDecimal high, boolean highIsOpen) {

    static @Nullable Range of(
        @Nullable BigDecimal low,
        boolean lowIsOpen,
        @Nullable BigDecimal high,
        boolean highIsOpen,
        boolean isInteger) {
      BigDecimal given = low == null ? BigDecimal.ZERO : low;
      boolean isCut = low == null || low.signum() < 0;
      BigDecimal from = isCut ? BigDecimal.ZERO : given;
      BigDecimal to = high == null ? LIMIT.subtract(BigDecimal.ONE) : high;
      boolean fromIsOpen = !isCut && lowIsOpen;
      boolean toIsOpen = high != null && highIsOpen;
      if (isInteger) {
        BigInteger first = from.setScale(0, RoundingMode.CEILING).toBigInteger();
        BigInteger last = to.setScale(0, RoundingMode.FLOOR).toBigInteger();
        if (fromIsOpen && from.compareTo(new BigDecimal(first)) == 0) {
          first = first.add(BigInteger.ONE);
        }
        if (toIsOpen && to.compareTo(new BigDecimal(last)) == 0) {
          last = last.subtract(BigInteger.ONE);
        }
        from = new BigDecimal(first);
        to = new BigDecimal(last);
        fromIsOpen = false;
        toIsOpen = false;
      }
      return from.compareTo(to) > 0 ? null : new Range(from, fromIsOpen, to, toIsOpen);
    }

    private boolean holds(BigDecimal value) {
      int below = value.compareTo(low);
      int above = value.compareTo(high);
      return (lowIsOpen ? below > 0 : below >= 0) && (highIsOpen ? above < 0 : above <= 0);
    }

    int cost(String text, boolean isInteger) {
      if (text.isEmpty()) {
        int whole = Node.NEVER;
        for (int digits = 1; digits <= DIGITS && whole == Node.NEVER; digits++) {
          BigDecimal first = digits == 1 ? BigDecimal.ZERO : BigDecimal.TEN.pow(digits - 1);
          whole = holdsWhole(first, BigDecimal.TEN.pow(digits)) ? digits : Node.NEVER;
        }
        if (isInteger || whole != Node.NEVER) {
          return whole;
        }
        String floor = low.setScale(0, RoundingMode.FLOOR).toPlainString();
        return floor.length() > DIGITS ? Node.NEVER : Node.sum(floor.length(), cost(floor, false));
      }
      int point = text.indexOf('.');
      BigDecimal value = new BigDecimal(text.endsWith(".") ? text + "0" : text);
      if (!text.endsWith(".") && holds(value)) {
        return 0;
      }
      int best = Node.NEVER;
      if (point < 0) {
        if (!text.equals("0")) {
          for (int more = 1; more <= DIGITS - text.length() && best == Node.NEVER; more++) {
            BigDecimal scale = BigDecimal.TEN.pow(more);
            boolean found =
                holdsWhole(value.multiply(scale), value.add(BigDecimal.ONE).multiply(scale));
            best = found ? more : best;
          }
        }
        return isInteger ? best : Math.min(best, Node.sum(1, fraction(value, 0)));
      }
      return fraction(value, text.length() - point - 1);
    }

    /** Whether it holds a whole number from the first on and below the second. */
    private boolean holdsWhole(BigDecimal from, BigDecimal below) {
      BigDecimal first = smallest(from, 0);
      return first.compareTo(below) < 0 && holds(first);
    }

    /** Digits behind those that are there until a value lies within. */
    private int fraction(BigDecimal value, int digits) {
      BigDecimal below = value.add(BigDecimal.ONE.movePointLeft(digits));
      for (int more = 1; digits + more <= DIGITS; more++) {
        BigDecimal first = smallest(value, digits + more);
        if (first.compareTo(below) < 0 && holds(first)) {
          return more;
        }
      }
      return Node.NEVER;
    }

    /** The least value with so many decimals that is at least another and not below the range. */
    private BigDecimal smallest(BigDecimal from, int decimals) {
      BigDecimal first = from.max(low).setScale(decimals, RoundingMode.CEILING);
      return lowIsOpen && first.compareTo(low) == 0
          ? first.add(BigDecimal.ONE.movePointLeft(decimals))
          : first;
    }
  }
}
