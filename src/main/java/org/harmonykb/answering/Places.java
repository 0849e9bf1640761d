package org.harmonykb.answering;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Countries and cities that a text names, in English or Chinese: a rule of another place is no
 * answer. Read from {@code answering/places.txt}. Immutable.
 */
final class Places {

  static final Places BUILT_IN = new Places(WordList.read("/answering/places.txt"));

  /** Longest name, in words or Han characters. */
  private static final int LONGEST = 7;

  private static final Pattern JOURNEY =
      Pattern.compile(
          "(?i)\\b(?:trips?|travel(?:s|ling|led)?|hotels?|flights?|fly|trains?|per diem|meal allowance"
              + "|visit(?:s|ing)? (?:a |our )?(?:customer|client|supplier)s?)\\b"
              + "|出差|差旅|住宿|酒店|机票|火车|高铁|航班|拜访|旅行");

  /**
   * A country or a city.
   *
   * @param country of a city; null for a country itself
   */
  record Place(String name, @Nullable String country) {

    boolean isCity() {
      return country != null;
    }

    /** Whether one is the other or lies in it. */
    boolean isWith(Place other) {
      return equals(other) || name.equals(other.country) || other.name.equals(country);
    }
  }

  private final Map<String, Place> byName = new HashMap<>();
  private final List<List<String>> names = new ArrayList<>();

  private Places(List<String> lines) {
    for (String line : lines) {
      String[] parts = line.split(":", 2);
      Place country = add(parts[0], null);
      for (String city : parts[1].split(";")) {
        if (!city.isBlank()) {
          add(city, country.name);
        }
      }
    }
  }

  private Place add(String line, @Nullable String country) {
    List<String> all = List.of(line.strip().split("\\s*\\|\\s*"));
    Place place = new Place(all.getFirst(), country);
    names.add(all);
    all.forEach(name -> byName.put(key(Terms.words(name)), place));
    return place;
  }

  private static String key(List<Terms.Word> words) {
    return words.stream().map(Terms.Word::text).collect(Collectors.joining(" "));
  }

  /** The names of each place. */
  List<List<String>> names() {
    return names;
  }

  /** The places that a text names; a country whose city it names, too, is left out. */
  Set<Place> in(String text) {
    List<Terms.Word> words = Terms.words(text);
    Set<Place> found = new HashSet<>();
    for (int i = 0; i < words.size(); ) {
      int length = Math.min(LONGEST, words.size() - i);
      Place place = null;
      while (length > 0 && place == null) {
        place = byName.get(key(words.subList(i, i + length)));
        length -= place == null ? 1 : 0;
      }
      if (place != null) {
        found.add(place);
      }
      i += Math.max(1, length);
    }
    Set<Place> cities = found.stream().filter(Place::isCity).collect(Collectors.toSet());
    found.removeIf(p -> cities.stream().anyMatch(city -> p.name.equals(city.country)));
    return found;
  }

  /** Whether a question is about going somewhere. */
  static boolean isJourney(String question) {
    return JOURNEY.matcher(question).find();
  }

  /** Whether some of the places are the same or lie in each other. */
  static boolean agree(Set<Place> some, Set<Place> others) {
    return some.stream().anyMatch(a -> others.stream().anyMatch(a::isWith));
  }
}
