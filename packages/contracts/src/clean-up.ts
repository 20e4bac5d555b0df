/** The durable consumer of the facts by which dispatch erases env values and removes Jobs: how far it is says which removals are still to come. */
export const CLEAN_UP = 'dispatch-clean-up';
