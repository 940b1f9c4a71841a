// Protobuf's own, with the members that Debian's library gives maps: under ThreadSanitizer the header would add two.
#pragma once
#include <google/protobuf/message.h>  // what it includes is not to be touched

#pragma push_macro("__SANITIZE_THREAD__")
#undef __SANITIZE_THREAD__
#include_next <google/protobuf/map_field.h>
#pragma pop_macro("__SANITIZE_THREAD__")
