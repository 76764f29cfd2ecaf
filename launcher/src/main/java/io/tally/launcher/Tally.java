package io.tally.launcher;

/** The program: {@code java -jar tally.jar}. */
public final class Tally {
  private Tally() {}

  /**
   * Prints the version.
   *
   * @param args of the command line; not read yet.
   */
  public static void main(final String[] args) {
    System.out.println("tally " + Tally.class.getPackage().getImplementationVersion());
  }
}
