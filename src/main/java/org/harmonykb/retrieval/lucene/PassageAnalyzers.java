package org.harmonykb.retrieval.lucene;

import com.ibm.icu.text.Transliterator;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.LowerCaseFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.Tokenizer;
import org.apache.lucene.analysis.cjk.CJKBigramFilter;
import org.apache.lucene.analysis.cjk.CJKWidthFilter;
import org.apache.lucene.analysis.en.EnglishPossessiveFilter;
import org.apache.lucene.analysis.en.PorterStemFilter;
import org.apache.lucene.analysis.icu.ICUTransformFilter;
import org.apache.lucene.analysis.standard.StandardTokenizer;

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
        TokenStream terms = new LowerCaseFilter(new CJKWidthFilter(characters));
        terms = new ICUTransformFilter(terms, Transliterator.getInstance("Traditional-Simplified"));
        return new TokenStreamComponents(characters, new CJKBigramFilter(terms));
      }
    };
  }
}
