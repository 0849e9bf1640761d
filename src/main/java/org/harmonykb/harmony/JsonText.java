package org.harmonykb.harmony;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Compact JSON of plain Java values, byte by byte as Rust's serde_json writes it. */
final class JsonText {

  /** Powers of ten up to this one are written without an exponent. */
  private static final int PLAIN_DIGITS = 16;

  /** Leading zeros after the point up to this many are written out. */
  private static final int PLAIN_ZEROS = 4;

  private JsonText() {}

  /**
   * @throws IllegalArgumentException for values that JSON has no form for
   */
  static String of(@Nullable Object value) {
    return switch (value) {
      case null -> "null";
      case String text -> quote(text);
      case Double number -> number(number);
      case Number number -> number.toString();
      case Boolean flag -> flag.toString();
      case List<?> list ->
          list.stream().map(JsonText::of).collect(Collectors.joining(",", "[", "]"));
      case Map<?, ?> map ->
          map.entrySet().stream()
              .map(entry -> quote(String.valueOf(entry.getKey())) + ":" + of(entry.getValue()))
              .collect(Collectors.joining(",", "{", "}"));
      default -> throw new IllegalArgumentException("no JSON for a " + value.getClass().getName());
    };
  }

  private static String quote(String text) {
    StringBuilder out = new StringBuilder(text.length() + 2).append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < 0x20) {
            out.append(String.format("\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    return out.append('"').toString();
  }

  /** The shortest digits that read back as the same number: {@code 1.0}, {@code 1e-7}. */
  private static String number(double value) {
    if (!Double.isFinite(value)) {
      return "null";
    }
    String sign = 1 / value < 0 || value < 0 ? "-" : "";
    if (value == 0) {
      return sign + "0.0";
    }
    BigDecimal shortest = shortest(Math.abs(value)).stripTrailingZeros();
    String digits = shortest.unscaledValue().toString();
    int point = digits.length() - shortest.scale(); // digits before the decimal point
    if (point > PLAIN_DIGITS || point < -PLAIN_ZEROS) {
      String mantissa =
          digits.length() == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
      return sign + mantissa + "e" + (point - 1);
    }
    String plain = shortest.toPlainString();
    return sign + (plain.contains(".") ? plain : plain + ".0");
  }

  private static BigDecimal shortest(double value) {
    // Java never goes below two digits: 4.9E-324 where one digit, 5e-324, tells it as well.
    BigDecimal oneDigit = new BigDecimal(value).round(new MathContext(1, RoundingMode.HALF_EVEN));
    return oneDigit.doubleValue() == value ? oneDigit : new BigDecimal(Double.toString(value));
  }
}
