package org.harmonykb.retrieval.lucene;

import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.LowerCaseFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.Tokenizer;
import org.apache.lucene.analysis.cjk.CJKBigramFilter;
import org.apache.lucene.analysis.cjk.CJKWidthFilter;
import org.apache.lucene.analysis.en.EnglishPossessiveFilter;
import org.apache.lucene.analysis.en.PorterStemFilter;
import org.apache.lucene.analysis.icu.ICUTransformFilter;
import org.apache.lucene.analysis.icu.segmentation.ICUTokenizer;
import org.apache.lucene.analysis.standard.StandardTokenizer;
import org.harmonykb.retrieval.SimplifiedChinese;

/** How passages and questions become terms. */
final class PassageAnalyzers {

  private PassageAnalyzers() {}

  /** Words in lower case, without possessives, stemmed after Porter. */
  static Analyzer english() {
    return new Analyzer() {
      @Override
      protected TokenStreamComponents createComponents(String field) {
        Tokenizer words = new StandardTokenizer();
        TokenStream terms = new LowerCaseFilter(new EnglishPossessiveFilter(words));
        return new TokenStreamComponents(words, new PorterStemFilter(terms));
      }
    };
  }

  /**
   * Pairs of neighbouring Han characters, simplified and of one width; Latin words in lower case.
   * Pairs find every word of two characters, which no dictionary can promise.
   */
  static Analyzer chinese() {
    return new Analyzer() {
      @Override
      protected TokenStreamComponents createComponents(String field) {
        Tokenizer characters = new StandardTokenizer();
        return new TokenStreamComponents(characters, new CJKBigramFilter(folded(characters)));
      }
    };
  }

  /**
   * Words as ICU's dictionary cuts Chinese, folded as {@link #chinese()} does. Beside the pairs
   * they say which of them are words and which only stand side by side; docs/retrieval.md has what
   * that is worth.
   */
  static Analyzer chineseWords() {
    return new Analyzer() {
      @Override
      protected TokenStreamComponents createComponents(String field) {
        Tokenizer words = new ICUTokenizer();
        return new TokenStreamComponents(words, folded(words));
      }
    };
  }

  /** Simplified, of one width, in lower case. */
  private static TokenStream folded(Tokenizer tokens) {
    return new ICUTransformFilter(
        new LowerCaseFilter(new CJKWidthFilter(tokens)), SimplifiedChinese.folding());
  }
}
