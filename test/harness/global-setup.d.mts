/** Builds what tests run, and makes the database that each of them begins with. */
export declare function setup(): Promise<void>;
