package org.harmonykb.retrieval;

import java.util.List;

/** Questions that were really asked. */
public interface LoggedQuestions {

  /** The latest, each once. */
  List<String> latest(int most);
}
