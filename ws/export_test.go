package ws

// Raced is for the tests that see the package from outside.
const Raced = raced
