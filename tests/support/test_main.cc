// main() of every Boost.Test program.
#define BOOST_TEST_MODULE guanxi
#include <boost/test/unit_test.hpp>
