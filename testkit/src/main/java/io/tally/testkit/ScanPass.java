package io.tally.testkit;

import java.util.ArrayList;
import java.util.List;

/** A way through the counters of one shard: where it has come to, and what it was shown. */
final class ScanPass {
  private final int shardId;
  private final long beganStamp;
  private final List<String> shown = new ArrayList<>();
  private long incarnation;
  private int position;

  ScanPass(final int shardId, final long beganStamp) {
    this.shardId = shardId;
    this.beganStamp = beganStamp;
  }

  int shardId() {
    return shardId;
  }

  /** Stamp from before its first page was asked for. */
  long beganStamp() {
    return beganStamp;
  }

  /** Incarnation of the shard's life in which it is; 0 before the first page. */
  long incarnation() {
    return incarnation;
  }

  /** Position at which the next page begins; 0 if there is none. */
  int position() {
    return position;
  }

  List<String> shown() {
    return shown;
  }

  void add(final long ofIncarnation, final List<String> ids, final int nextPosition) {
    incarnation = ofIncarnation;
    shown.addAll(ids);
    position = nextPosition;
  }
}
