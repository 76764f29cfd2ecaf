package io.tally.testkit;

/** One message of the broker on its way. The bytes are shared by all who get it. */
record Frame(String subject, byte[] bytes) {}
