package io.tally.rig;

import io.tally.system.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A counter as a list shows it. */
record Listed(String counter, long value) {
  private static final Pattern ITEM =
      Pattern.compile("\"counter_id\":\"([^\"]*)\",\"value\":(-?[0-9]+)");

  /** All of a page. */
  static List<Listed> of(final Answer page) {
    final List<Listed> all = new ArrayList<>();
    final Matcher items = ITEM.matcher(page.body());
    while (items.find()) {
      all.add(new Listed(items.group(1), Long.parseLong(items.group(2))));
    }
    return all;
  }
}
