package org.harmonykb.retrieval;

import com.ibm.icu.text.Transliterator;

/** Traditional characters written as simplified ones, by ICU's table. Safe for all threads. */
public final class SimplifiedChinese {

  private static final Transliterator FOLDING =
      Transliterator.getInstance("Traditional-Simplified");

  static {
    // What it may change is worked out here once: ICUTransformFilter would do it for each thread's
    // first text, which took 35 ms, and every question has new threads.
    FOLDING.setFilter(FOLDING.getSourceSet().freeze());
  }

  private SimplifiedChinese() {}

  public static String of(String text) {
    return FOLDING.transliterate(text);
  }

  /** For chains of analysis. */
  public static Transliterator folding() {
    return FOLDING;
  }
}
