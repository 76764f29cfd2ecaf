package io.tally.http;

/** An exchange whose request may hold items: what each of them is answered. */
abstract class ItemExchange extends AnswerValues {
  final HttpProtocol protocol;

  /** What the items of the request are answered; null if it has none. */
  ItemAnswers items;

  /** One reply answers them all. */
  private boolean together;

  /** The item of which the refusal speaks; negative if it speaks of the request. */
  int faultyItem;

  ItemExchange(final HttpProtocol protocol) {
    this.protocol = protocol;
  }

  final void forgetItems() {
    items = null;
    together = false;
    faultyItem = JsonItemsParser.NO_ITEM;
  }

  /**
   * Waits for a reply to each item of the request. To be called before the first is asked for; the
   * replies are read one by one as that of a request for one item is, and the answer shows all of
   * them in the order of the items.
   *
   * @param list the items of the request.
   */
  public void awaitItems(final ItemList list) {
    awaitParts(list.count());
    items = protocol.takeItemAnswers();
    items.begin(list);
  }

  /**
   * Waits for one reply to all items of the request together. The row that reads it gives the
   * answer of each with {@link #answerItem}.
   *
   * @param list the items of the request.
   */
  public void awaitAllItems(final ItemList list) {
    items = protocol.takeItemAnswers();
    items.begin(list);
    together = true;
  }

  /**
   * Whether one reply answers all items of the request together.
   *
   * @return true after {@link #awaitAllItems}.
   */
  public boolean isTogether() {
    return together;
  }

  /**
   * Number of items that the request waits with.
   *
   * @return from 1 to {@link ItemList#MAX_ITEMS}.
   */
  public int itemCount() {
    return items.count();
  }

  /**
   * Makes what was set of the answer that of one item. To be called once for each.
   *
   * @param item from 0.
   */
  public void answerItem(final int item) {
    items.take(item, this);
    forgetIntegers();
  }

  /**
   * Says that nothing was applied because of one item.
   *
   * @param item from 0.
   */
  public void refusedItem(final int item) {
    faultyItem = item;
  }

  /**
   * What tells the reply to one item from all others. Each item is to be asked for.
   *
   * @param item from 0.
   * @return the cookie.
   */
  public long itemCookie(final int item) {
    return cookie(item);
  }

  /** Whether the reply that is read answers one item of several. */
  final boolean awaitsEachItem() {
    return items != null && !together;
  }

  /** The answer is written. */
  final void giveItemsBack() {
    if (items != null) {
      protocol.giveItemAnswers(items);
      items = null;
    }
  }
}
